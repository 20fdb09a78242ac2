package object

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// historyView is a history as a program reads it.
type historyView struct {
	Type      string         `json:"type"`
	Time      time.Time      `json:"time"`
	DryRun    report.DryRun  `json:"dryRun"`
	Set       Set            `json:"statefulSet"`
	Revisions []revisionView `json:"revisions"`
}

type revisionView struct {
	Revision    int64          `json:"revision,omitempty"` // none when it is gone
	Name        string         `json:"name"`
	Created     *time.Time     `json:"created,omitempty"`
	Reused      bool           `json:"reused,omitempty"`
	Gone        bool           `json:"gone,omitempty"`
	Pods        int            `json:"pods"`
	PodNames    []string       `json:"podNames"`
	Roles       []history.Role `json:"roles"`
	Images      []imageView    `json:"images"`
	ChangeCause string         `json:"changeCause,omitempty"`
	Trouble     []Pod          `json:"trouble,omitempty"`
}

type imageView struct {
	Container string `json:"container"`
	Image     string `json:"image"`
	Init      bool   `json:"init,omitempty"`
}

// templateView is one revision with its template.
type templateView struct {
	Type   string        `json:"type"`
	Time   time.Time     `json:"time"`
	DryRun report.DryRun `json:"dryRun"`
	Set    Set           `json:"statefulSet"`
	revisionView
	Template podtemplate.Template `json:"template"`
}

// diffView is how two revisions differ.
type diffView struct {
	Type   string        `json:"type"`
	Time   time.Time     `json:"time"`
	DryRun report.DryRun `json:"dryRun"`
	Set    Set           `json:"statefulSet"`
	From   shortView     `json:"from"`
	To     shortView     `json:"to"`
	Diff   string        `json:"diff"`
}

type shortView struct {
	Revision int64  `json:"revision"`
	Name     string `json:"name"`
}

// WriteHistory writes a history.
func WriteHistory(w io.Writer, format report.Format, h report.History) {
	Write(w, format, viewHistory(h))
}

func viewHistory(h report.History) historyView {
	v := historyView{Type: "history", Time: h.Now.UTC(), DryRun: report.DryRunNone, Set: setOf(h), Revisions: []revisionView{}}
	for i := range h.Revisions {
		v.Revisions = append(v.Revisions, viewRevision(&h.Revisions[i]))
	}
	return v
}

// WriteRevision writes one revision with its template.
func WriteRevision(w io.Writer, format report.Format, h report.History, r history.Revision) {
	Write(w, format, templateView{
		Type: "revision", Time: h.Now.UTC(), DryRun: report.DryRunNone, Set: setOf(h), revisionView: viewRevision(&r), Template: r.Template,
	})
}

// WriteDiff writes how the templates of two revisions differ.
func WriteDiff(w io.Writer, format report.Format, h report.History, from, to history.Revision, diff string) {
	Write(w, format, diffView{
		Type: "diff", Time: h.Now.UTC(), DryRun: report.DryRunNone, Set: setOf(h),
		From: shortView{from.Number, report.Clean(from.Name)}, To: shortView{to.Number, report.Clean(to.Name)}, Diff: report.SpellOut(diff),
	})
}

func setOf(h report.History) Set { return Set{h.Snapshot.Set.Namespace, h.Snapshot.Name()} }

func viewRevision(r *history.Revision) revisionView {
	v := revisionView{
		Revision: r.Number, Name: report.Clean(r.Name), Reused: r.Reused, Gone: r.Gone,
		Pods: len(r.Pods), PodNames: report.CleanAll(r.Pods), Roles: append([]history.Role{}, r.Roles...),
		Images: []imageView{}, ChangeCause: report.Clean(r.ChangeCause),
	}
	if !r.Gone {
		created := r.Created.UTC()
		v.Created = &created
	}
	for _, i := range r.Images {
		v.Images = append(v.Images, imageView{report.Clean(i.Container), report.Clean(i.Image), i.Init})
	}
	for i := range r.Broken {
		b := &r.Broken[i]
		v.Trouble = append(v.Trouble, Pod{
			Name: b.Pod, Ordinal: &b.Ordinal,
			Reason: report.Clean(b.Trouble.Reason), Container: report.Clean(b.Trouble.Container), Message: report.Clean(b.Trouble.Message),
		})
	}
	return v
}
