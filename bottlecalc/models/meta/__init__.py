"""What operators put out on the meta device, where nothing but shape, dtype and strides is.

torch's own kernels for that device are written in Python and load its compiler, which takes longer
than counting. A rule here says what comes out of one operator; where a rule is not sure, torch's
kernel speaks, and so every error is torch's own.
"""
