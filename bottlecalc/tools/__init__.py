"""What other counters would say: rules over layers, each tool's in its file."""
