package report

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
)

// claimView is a verdict as a program reads it.
type claimView struct {
	Type        string     `json:"type"`
	Time        time.Time  `json:"time"`
	DryRun      DryRun     `json:"dryRun"`
	Namespace   string     `json:"namespace"`
	Name        string     `json:"name"`
	UID         string     `json:"uid"`
	Verdict     string     `json:"verdict"` // delete or keep
	Class       string     `json:"class"`
	Reason      string     `json:"reason"`
	Set         string     `json:"statefulSet,omitempty"`
	Template    string     `json:"claimTemplate,omitempty"`
	Ordinal     *int       `json:"ordinal,omitempty"`
	Size        string     `json:"size"`
	StorageName string     `json:"storageClass,omitempty"`
	Created     time.Time  `json:"created"`
	UnusedSince *time.Time `json:"unusedSince,omitempty"`
	Volume      string     `json:"volume,omitempty"`
	Reclaim     string     `json:"reclaimPolicy,omitempty"`
	DataDies    bool       `json:"dataDies"`
}

// writeClaim writes what was decided about a claim.
func writeClaim(w io.Writer, format Format, l Claims, v claims.Verdict) {
	writeObject(w, format, viewClaim(l, v))
}

func viewClaim(l Claims, v claims.Verdict) claimView {
	c := v.Claim
	out := claimView{
		Type: "claim", Time: l.Now.UTC(), DryRun: l.DryRun, Namespace: c.Namespace, Name: Clean(c.Name), UID: string(c.UID),
		Verdict: "keep", Class: string(v.Class), Reason: Clean(v.Reason), Set: Clean(v.Set), Template: Clean(v.Template),
		Size: c.Size, StorageName: Clean(c.Class), Created: c.Created.UTC(), Volume: Clean(c.Volume), Reclaim: string(c.Reclaim),
		DataDies: c.DataDies(),
	}
	if v.Delete {
		out.Verdict = "delete"
	}
	if v.Ordinal >= 0 {
		out.Ordinal = &v.Ordinal
	}
	if !c.UnusedSince.IsZero() {
		since := c.UnusedSince.UTC()
		out.UnusedSince = &since
	}
	return out
}

// deletionView is what became of one claim.
type deletionView struct {
	Type       string    `json:"type"`
	Time       time.Time `json:"time"`
	DryRun     DryRun    `json:"dryRun"`
	Namespace  string    `json:"namespace"`
	Name       string    `json:"name"`
	UID        string    `json:"uid"`
	Result     string    `json:"result"`
	Message    string    `json:"message,omitempty"`
	Volume     string    `json:"volume,omitempty"`
	Retained   bool      `json:"volumeStays"`
	Restorable bool      `json:"restorable"`
}

func viewDeletion(e prune.Event, dryRun DryRun, now time.Time) deletionView {
	c := e.Verdict.Claim
	return deletionView{
		Type: "deletion", Time: now.UTC(), DryRun: dryRun, Namespace: c.Namespace, Name: Clean(c.Name), UID: string(c.UID),
		Result: string(e.Result), Message: Clean(e.Why), Volume: Clean(c.Volume), Retained: e.Retained, Restorable: e.Restorable,
	}
}

// pruneView is what became of all.
type pruneView struct {
	Type    string    `json:"type"`
	Time    time.Time `json:"time"`
	DryRun  DryRun    `json:"dryRun"`
	Result  string    `json:"result"`
	Exit    int       `json:"exitCode"`
	Message string    `json:"message"`
	Found   int       `json:"found"`
	Size    string    `json:"size"`
	Kept    int       `json:"kept"`
	Deleted int       `json:"deleted"`
	Skipped int       `json:"skipped"`
	Failed  int       `json:"failed"`
	Left    int       `json:"left"`
	Record  string    `json:"record,omitempty"`
}
