package sts

import appsv1 "k8s.io/api/apps/v1"

// Rival is another set whose claim one could be as well, by its name.
type Rival struct {
	Set   string
	Wants bool // the ordinal is within its range
}

// AddRivals notes, by claim, whether this other set could have made one of the
// snapshot's claims, or would take it for its own.
func (s Snapshot) AddRivals(out map[string]Rival, set *appsv1.StatefulSet) {
	other := Snapshot{Set: set}
	if set.UID == s.UID() || set.Namespace != s.Set.Namespace {
		return
	}
	for i := range s.Claims {
		for _, template := range other.ClaimTemplates() {
			if o, ok := other.ClaimOrdinal(template, s.Claims[i].Name); ok {
				out[s.Claims[i].Name] = Rival{Set: other.Name(), Wants: o >= other.Start() && o < other.End()}
			}
		}
	}
}
