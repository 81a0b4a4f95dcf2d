"""Find faults in agents and skills: a rule a module, a function from roster to findings."""
