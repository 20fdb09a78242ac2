package object

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// claimView is a verdict as a program reads it.
type claimView struct {
	Type        string        `json:"type"`
	Time        time.Time     `json:"time"`
	DryRun      report.DryRun `json:"dryRun"`
	Namespace   string        `json:"namespace"`
	Name        string        `json:"name"`
	UID         string        `json:"uid"`
	Verdict     string        `json:"verdict"` // delete or keep
	Class       string        `json:"class"`
	Reason      string        `json:"reason"`
	Set         string        `json:"statefulSet,omitempty"`
	Template    string        `json:"claimTemplate,omitempty"`
	Ordinal     *int          `json:"ordinal,omitempty"`
	Size        string        `json:"size"`
	StorageName string        `json:"storageClass,omitempty"`
	Created     time.Time     `json:"created"`
	UnusedSince *time.Time    `json:"unusedSince,omitempty"`
	Volume      string        `json:"volume,omitempty"`
	Reclaim     string        `json:"reclaimPolicy,omitempty"`
	DataDies    bool          `json:"dataDies"`
}

// WriteClaim writes what was decided about a claim.
func WriteClaim(w io.Writer, format report.Format, l report.Claims, v claims.Verdict) {
	Write(w, format, viewClaim(l, v))
}

func viewClaim(l report.Claims, v claims.Verdict) claimView {
	c := v.Claim
	out := claimView{
		Type: "claim", Time: l.Now.UTC(), DryRun: l.DryRun, Namespace: c.Namespace, Name: report.Clean(c.Name), UID: string(c.UID),
		Verdict: "keep", Class: string(v.Class), Reason: report.Clean(v.Reason), Set: report.Clean(v.Set),
		Template: report.Clean(v.Template),
		Size:     c.Size, StorageName: report.Clean(c.Class), Created: c.Created.UTC(),
		Volume: report.Clean(c.Volume), Reclaim: string(c.Reclaim),
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

// Restored is what became of a claim that was to be restored.
type Restored struct {
	Type      string        `json:"type"`
	Time      time.Time     `json:"time"`
	DryRun    report.DryRun `json:"dryRun"`
	Namespace string        `json:"namespace"`
	Name      string        `json:"name"`
	Volume    string        `json:"volume"`
	Reclaim   string        `json:"reclaimPolicy,omitempty"` // that the volume gets back
	Result    string        `json:"result"`
	Message   string        `json:"message"`
}
