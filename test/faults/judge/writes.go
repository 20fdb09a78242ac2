package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// Tag is what the user agent of each request of a run ends with.
func Tag(namespace string, run int) string { return fmt.Sprintf(" run %s/%d.", namespace, run) }

// writesOf are the writes of a run in the audit log that were taken.
func (e *Evidence) writesOf(r Run) []auditlog.Request {
	return slices.DeleteFunc(slices.Clone(e.Writes), func(w auditlog.Request) bool {
		return w.ResponseStatus.Code >= 300 || !strings.HasSuffix(w.UserAgent, Tag(e.Namespace, r.Number))
	})
}

func dryRuns(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		if !r.Act.Dry() {
			return "", false
		}
		if writes := e.writesOf(r); len(writes) > 0 {
			return "has written: " + writes[0].String(), true
		}
		return fmt.Sprintf("has left %v in the folder of records", r.Drawn), len(r.Drawn) > 0
	})
}

// refusals also holds what only looks: status and watch.
func refusals(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		looks := r.Act.Verb() == "status" || r.Act.Verb() == "watch"
		if !looks && (r.Signal != "" || r.Code != 2 && r.Code != 3) {
			return "", false
		}
		if writes := e.writesOf(r); len(writes) > 0 {
			return fmt.Sprintf("ended with %d and has written: %s", r.Code, writes[0]), true
		}
		return "", false
	})
}

// strangers looks for writes to what is none of a run's business: other sets, pods
// that are not the set's, claims and volumes that it was told nothing about, and
// whatever else there is.
func strangers(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		for _, w := range e.writesOf(r) {
			if !e.owns(r, w) {
				return "has written to what is not its own: " + w.String(), true
			}
		}
		return "", false
	})
}

// aboutClaims are the verbs that may write to claims and volumes.
var aboutClaims = []string{"scale", "prune-pvc", "restore-pvc", "resize", "recreate", "replace"}

// recreates reports whether a run may delete its set and create it again.
func (r Run) recreates() bool {
	return r.Act.Verb() == "recreate" || r.Act.Verb() == "resize" && !r.Act.Has("claims-only")
}

// owns reports whether a write is to something that the run is about.
func (e *Evidence) owns(r Run, w auditlog.Request) bool {
	name := w.ObjectRef.Name
	switch {
	case w.ObjectRef.Subresource != "":
		return false
	case r.recreates() && slices.Contains([]string{"create", "delete"}, w.Verb) &&
		(w.ObjectRef.Resource == "statefulsets" && (name == "" || name == r.Act.Set()) ||
			w.ObjectRef.Resource == "configmaps" && (name == "" || name == annotations.Saved+r.Act.Set())):
		return true
	case w.ObjectRef.Resource == "statefulsets":
		return w.Verb == "patch" && name == r.Act.Set()
	case w.ObjectRef.Resource == "pods":
		_, ok := ordinalOf(r.Act.Set(), name)
		return w.Verb == "delete" && ok
	case !slices.Contains(aboutClaims, r.Act.Verb()):
		return false
	case r.recreates() || r.Act.Verb() == "resize":
		return w.ObjectRef.Resource == "persistentvolumeclaims" && w.Verb == "patch" && e.names(r, name)
	case w.ObjectRef.Resource == "persistentvolumeclaims" && r.Act.Verb() == "replace":
		return w.Verb == "delete" && e.names(r, name)
	case w.ObjectRef.Resource == "persistentvolumeclaims":
		return name == "" && w.Verb == "create" || e.names(r, name)
	case w.ObjectRef.Resource == "persistentvolumes":
		return w.Verb == "patch" && slices.ContainsFunc(e.Moments, func(m witness.Moment) bool {
			return m.Volume != nil && m.Volume.Name == name && e.names(r, claimRef(m.Volume))
		})
	}
	return false
}

// names reports whether a claim is one of those that a command is about: the set's
// or, where it names none, any set's. A restore names the claim, or its pod.
func (e *Evidence) names(r Run, claim string) bool {
	name := r.Act.Set()
	return slices.ContainsFunc(e.ownersOf(claim), func(s schedule.Set) bool {
		if r.Act.Verb() != "restore-pvc" {
			return name == "" || s.Name == name
		}
		ordinal, _ := claimOf(s, claim)
		return name == claim || name == fmt.Sprintf("%s-%d", s.Name, ordinal)
	})
}
