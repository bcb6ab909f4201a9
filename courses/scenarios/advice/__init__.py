"""What to practise next: how well each skill is remembered, and the scenario that needs the weakest one."""
