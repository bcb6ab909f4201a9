"""The learning record: what people did and reached, as xAPI statements kept here and, if wanted, sent on to an LRS."""
