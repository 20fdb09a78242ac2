package schedule

import "strconv"

// model is a guess: runs that were killed may not have got there.
type model struct {
	Set
	replicas  int
	going     string // the verb in progress
	acts      int
	revisions int  // beside the first one
	retained  bool // claims may have been deleted, with their volumes there
}

// happens is what the guess is after an act.
func (m *model) happens(a Act) {
	m.retained = m.retained || a.Flag("pvc") == "retain-volume" || a.Has("retain-volumes")
	switch verb := a.Verb(); verb {
	case "canary", "undo", "restart", "hold":
		m.going = verb
		if verb == "canary" || verb == "restart" {
			m.revisions++
		}
	case "abort", "release":
		m.going = ""
	case "scale":
		m.going = "scale"
		if n, err := strconv.Atoi(a.Flag("replicas")); err == nil {
			m.replicas = n
		}
	}
}
