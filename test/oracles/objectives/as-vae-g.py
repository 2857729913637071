"""AS-VAE-g (Pu et al. 2017): Eq. 6 and the second half of Eq. 11."""
from as_vae_halves import cases, write

write("as-vae-g", cases("critic", first=False))
