"""Proof that the production models judge as the rule language says: a judge of its own, and logs to compare them on."""
