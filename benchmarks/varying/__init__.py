"""What benchmarks/variety.py is made of: a studio of small real files, planners, storyboards, figures."""
