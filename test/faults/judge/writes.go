package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
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

// strangers looks for writes to what is none of a run's business: other sets, and
// pods that are not the set's.
func strangers(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		set := r.Act.Set()
		for _, w := range e.writesOf(r) {
			own := true
			switch w.ObjectRef.Resource {
			case "statefulsets":
				own = w.ObjectRef.Name == set
			case "pods":
				_, own = ordinalOf(set, w.ObjectRef.Name)
			case "persistentvolumeclaims", "persistentvolumes":
				own = r.Act.Verb() == "scale" || r.Act.Verb() == "prune-pvc" || r.Act.Verb() == "restore-pvc"
			}
			if !own {
				return "has written to what is not its own: " + w.String(), true
			}
		}
		return "", false
	})
}
