"""Scenarios: what hands do in an emergency, measured and scored by the guideline.

`clinical` holds the numbers, `motion` measures compressions, `rhythm` draws the ECG, `aed` is the trainer,
`language` reads definitions, `engine` plays them, `scoring` marks the run. None of these needs Django.
"""
