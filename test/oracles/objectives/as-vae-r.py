"""AS-VAE-r (Pu et al. 2017): Eq. 5 and the first half of Eq. 11."""
from as_vae_halves import cases, write

write("as-vae-r", cases("critic", second=False))
