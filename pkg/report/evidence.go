package report

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// evidenceView is the evidence as a program reads it.
type evidenceView struct {
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

func viewEvidence(e *sts.Evidence) *evidenceView {
	if e == nil {
		return nil
	}
	v := &evidenceView{
		Container: Clean(e.Container), Image: Clean(e.Image), Node: Clean(e.Node), NodeLost: inUTC(e.NodeLost), Ready: e.Ready,
		Since: inUTC(e.Since), Restarts: e.Restarts, Probe: Clean(e.Probe), ProbeAt: inUTC(e.ProbeAt),
		Previous: e.Previous, LogForbidden: e.NoLog,
	}
	if len(e.Log) > 0 {
		v.Log = cleanAll(e.Log)
	}
	if x := e.Exit; x != nil {
		v.Exit = &exitView{x.Code, Clean(x.Reason), inUTC(x.At), Clean(x.MemoryLimit)}
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

// imageChangeView is what happens to a container's image.
type imageChangeView struct {
	Container string `json:"container"`
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
}

func viewImages(changes []sts.ImageChange) []imageChangeView {
	var out []imageChangeView
	for _, c := range changes {
		out = append(out, imageChangeView{Clean(c.Container), Clean(c.From), Clean(c.To)})
	}
	return out
}
