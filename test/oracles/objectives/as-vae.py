"""AS-VAE (Pu et al. 2017), Eq. 5, 6 and 11."""
from as_vae_halves import cases, write

write("as-vae", cases("critics"))
