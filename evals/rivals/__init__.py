"""Other semantic layers under the same hard cases, each in a process of its own and in their own environment."""
