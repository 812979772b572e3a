"""Whole networks: stems, stages and heads of blocks, counted twice as blocks are."""
