"""What a change adds: call sites before and after, limits on the increase, and the baseline of old findings."""
