package report

import (
	"fmt"
	"iter"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Subject is the StatefulSet that a command is about.
type Subject struct{ Namespace, Name string }

// String is how a reader of a report calls it.
func (s Subject) String() string {
	if s.Name == "" {
		return ""
	}
	return Clean(s.Namespace + "/" + s.Name)
}

// History is all that the history of one set shows.
type History struct {
	Snapshot  sts.Snapshot
	Revisions []history.Revision
	Caller    hint.Caller // how the user calls the plugin
	Now       time.Time
}

// Claims is a list of claims and what was decided about each.
type Claims struct {
	Verdicts      iter.Seq[claims.Verdict] // gone through more than once
	AllNamespaces bool
	ShowKept      bool // those that are kept are shown, too
	DryRun        DryRun
	Now           time.Time
}

// Restored is what became of a claim that was to be restored, or what would.
type Restored struct {
	Binding plan.Binding
	Reclaim corev1.PersistentVolumeReclaimPolicy // that its volume gets back, or ""
	Result  engine.Result
	Message string
	Planned bool // nothing was done
	Told    bool // a person has been told
	DryRun  DryRun
	Time    time.Time
}

// Shown are the verdicts that are shown.
func (l Claims) Shown() iter.Seq[claims.Verdict] {
	return func(yield func(claims.Verdict) bool) {
		for v := range l.Verdicts {
			if (l.ShowKept || v.Delete) && !yield(v) {
				return
			}
		}
	}
}

// RevisionName is a revision's number, which may move, and its name, which stays.
func RevisionName(r history.Revision) string {
	if r.Gone {
		return "revision " + r.Name
	}
	return fmt.Sprintf("revision %d (%s)", r.Number, r.Name)
}

// Version is which program is asked, and which API server it talks to.
type Version struct {
	Client Build
	Server *Build // nil when it was not asked, or did not answer
	Now    time.Time
}

// Build is one program. The names are those that kubectl version writes.
type Build struct {
	GitVersion string `json:"gitVersion"`
	GitCommit  string `json:"gitCommit,omitempty"`
	GoVersion  string `json:"goVersion,omitempty"`
	Platform   string `json:"platform,omitempty"`
}

// Where says which set on which cluster something is about, as in "prod/web @
// cluster-1". What is empty is left out; without a name it is the namespace.
func Where(namespace, name, context string) string {
	parts := make([]string, 0, 2)
	for _, part := range []string{namespace, name} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	where := strings.Join(parts, "/")
	if context != "" {
		where = strings.TrimSpace(where + " @ " + context)
	}
	return Clean(where)
}
