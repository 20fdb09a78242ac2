package check

func (f File) parse(standard Rule) ([]Check, error) { return nil, nil }
