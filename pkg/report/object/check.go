package object

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// checkView is a check after a measurement, as a program reads it.
type checkView struct {
	Name     string        `json:"name"`
	Kind     string        `json:"kind,omitempty"` // none for what was measured before the run
	State    string        `json:"state,omitempty"`
	Verdict  string        `json:"verdict"`
	Pod      string        `json:"pod,omitempty"` // the one that counts
	Value    *float64      `json:"value,omitempty"`
	Stable   *float64      `json:"stable,omitempty"`
	StableAt *time.Time    `json:"stableAt,omitempty"`
	Bound    string        `json:"bound,omitempty"`
	Message  string        `json:"message,omitempty"`
	Passes   int           `json:"passes"`
	Needed   int           `json:"needed,omitempty"`
	Fails    int           `json:"fails"`
	Unknowns int           `json:"unknowns"`
	Measured int           `json:"measured"`
	Pods     []readingView `json:"pods,omitempty"`
}

// readingView is what was measured at one pod.
type readingView struct {
	Name    string   `json:"name"`
	Verdict string   `json:"verdict"`
	Value   *float64 `json:"value,omitempty"`
	Message string   `json:"message,omitempty"`
}

func viewCheck(t *check.Tally) *checkView {
	if t == nil || t.Last == nil {
		return nil
	}
	m := t.Last
	v := &checkView{
		Name: report.Clean(t.Check.Name), Kind: string(t.Check.Kind), Verdict: string(m.Verdict), Pod: m.Pod,
		Value: m.Value, Stable: m.Stable, StableAt: moment(m.StableAt), Bound: report.Clean(m.Bound), Message: report.Clean(m.Message),
		Passes: t.Passes, Needed: t.Check.Rule.Pass, Fails: t.Fails, Unknowns: t.Unknowns, Measured: t.Measured,
	}
	if t.Check.Kind != "" {
		v.State = string(t.State())
	}
	for _, r := range m.Readings {
		if r.Pod != "" {
			v.Pods = append(v.Pods, readingView{r.Pod, string(r.Verdict), r.Value, report.Clean(r.Message)})
		}
	}
	return v
}
