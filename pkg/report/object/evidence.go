package object

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

// Evidence is the evidence as a program reads it.
type Evidence struct {
	Container    string     `json:"container,omitempty"`
	Image        string     `json:"image,omitempty"`
	Node         string     `json:"node,omitempty"`
	NodeLost     *time.Time `json:"nodeLost,omitempty"`
	Ready        bool       `json:"ready,omitempty"`
	Since        *time.Time `json:"since,omitempty"`
	Restarts     int        `json:"restarts,omitempty"`
	Exit         *exitView  `json:"exit,omitempty"`
	Probe        string     `json:"probe,omitempty"`
	ProbeAt      *time.Time `json:"probeAt,omitempty"`
	Log          []string   `json:"log,omitempty"`
	Previous     bool       `json:"previous,omitempty"`
	LogForbidden bool       `json:"logForbidden,omitempty"`
}

type exitView struct {
	Code        int        `json:"code"`
	Reason      string     `json:"reason,omitempty"`
	Time        *time.Time `json:"time,omitempty"`
	MemoryLimit string     `json:"memoryLimit,omitempty"`
}

// viewEvidence is nil where there is none.
func viewEvidence(e *evidence.Evidence) *Evidence {
	if e == nil {
		return nil
	}
	v := &Evidence{
		Container: report.Clean(e.Container), Image: report.Clean(e.Image), Node: report.Clean(e.Node),
		NodeLost: inUTC(e.NodeLost), Ready: e.Ready, Since: inUTC(e.Since), Restarts: e.Restarts,
		Probe: report.Clean(e.Probe), ProbeAt: inUTC(e.ProbeAt),
		Previous: e.Previous, LogForbidden: e.NoLog,
	}
	if len(e.Log) > 0 {
		v.Log = report.CleanAll(e.Log)
	}
	if x := e.Exit; x != nil {
		v.Exit = &exitView{x.Code, report.Clean(x.Reason), inUTC(x.At), report.Clean(x.MemoryLimit)}
	}
	return v
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

// ImageChange is what happens to a container's image.
type ImageChange struct {
	Container string `json:"container"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
}

// viewImages are the changes of images.
func viewImages(changes []podtemplate.ImageChange) []ImageChange {
	var out []ImageChange
	for _, c := range changes {
		out = append(out, ImageChange{report.Clean(c.Container), report.Clean(c.From), report.Clean(c.To)})
	}
	return out
}
