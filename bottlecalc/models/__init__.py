"""Any ``nn.Module``: found, built, run, counted."""
