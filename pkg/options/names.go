package options

// SetNames reads the arguments of a verb about any number of sets: names in
// all the ways that [SetName] takes, each once, or TYPE and then names.
func SetNames(args []string) ([]string, error) {
	if len(args) > 1 && IsType(args[0]) {
		args = args[1:]
	}
	var names []string
	seen := map[string]bool{}
	for _, arg := range args {
		name, err := SetName([]string{arg})
		if err != nil {
			return nil, err
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names, nil
}
