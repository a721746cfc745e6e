"""Lets optimizers of Python frameworks speak Assay's wire protocol.

    python3 -m assay_bridge [--dtype float64|float32|bfloat16|float16] [--matrices] TARGET [key=value ...]

TARGET is a class or function by its dotted path (`torch.optim.Adam`, `optax.adam`), or `module:name`:
  - a class with torch.optim's interface (torch.optim, pytorch_optimizer, torch_optimizer, ...);
  - a function that returns an optax gradient transformation, with or without a loss argument;
  - a plain class with `step(params, grads)`: two lists, one entry a tensor, lists of floats (numpy arrays
    where its module imports numpy). It returns the new parameters, or None where it changes `params`.

The keys are arguments of the class or function; values are Python literals, else text. Parameters and
gradients are float64 where --dtype says nothing else. With --matrices every tensor of n numbers is a matrix of
as many rows as divide n, up to its root; that is so without the flag for a class that takes only matrices.
Only the standard library is imported, and what TARGET names.
"""
