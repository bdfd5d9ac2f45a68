"""The parts of benchmarks/crash.py: the operator that is killed, the people at work, and the evidence."""
