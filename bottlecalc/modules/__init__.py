"""The blocks as ``nn.Module``, written from their papers."""
