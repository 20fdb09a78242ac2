package report

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// historyView is a history as a program reads it.
type historyView struct {
	Type      string         `json:"type"`
	Time      time.Time      `json:"time"`
	DryRun    DryRun         `json:"dryRun"`
	Set       setName        `json:"statefulSet"`
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
	Trouble     []podEvent     `json:"trouble,omitempty"`
}

type imageView struct {
	Container string `json:"container"`
	Image     string `json:"image"`
	Init      bool   `json:"init,omitempty"`
}

// templateView is one revision with its template.
type templateView struct {
	Type   string    `json:"type"`
	Time   time.Time `json:"time"`
	DryRun DryRun    `json:"dryRun"`
	Set    setName   `json:"statefulSet"`
	revisionView
	Template sts.Template `json:"template"`
}

// diffView is how two revisions differ.
type diffView struct {
	Type   string    `json:"type"`
	Time   time.Time `json:"time"`
	DryRun DryRun    `json:"dryRun"`
	Set    setName   `json:"statefulSet"`
	From   shortView `json:"from"`
	To     shortView `json:"to"`
	Diff   string    `json:"diff"`
}

type shortView struct {
	Revision int64  `json:"revision"`
	Name     string `json:"name"`
}

// writeHistory writes a history.
func writeHistory(w io.Writer, format Format, h History) { writeObject(w, format, viewHistory(h)) }

func viewHistory(h History) historyView {
	v := historyView{Type: "history", Time: h.Now.UTC(), DryRun: DryRunNone, Set: setOf(h), Revisions: []revisionView{}}
	for i := range h.Revisions {
		v.Revisions = append(v.Revisions, viewRevision(&h.Revisions[i]))
	}
	return v
}

// writeRevision writes one revision with its template.
func writeRevision(w io.Writer, format Format, h History, r history.Revision) {
	writeObject(w, format, templateView{
		Type: "revision", Time: h.Now.UTC(), DryRun: DryRunNone, Set: setOf(h), revisionView: viewRevision(&r), Template: r.Template,
	})
}

// writeDiff writes how the templates of two revisions differ.
func writeDiff(w io.Writer, format Format, h History, from, to history.Revision, diff string) {
	writeObject(w, format, diffView{
		Type: "diff", Time: h.Now.UTC(), DryRun: DryRunNone, Set: setOf(h),
		From: shortView{from.Number, Clean(from.Name)}, To: shortView{to.Number, Clean(to.Name)}, Diff: spellOut(diff),
	})
}

func setOf(h History) setName { return setName{h.Snapshot.Set.Namespace, h.Snapshot.Name()} }

func viewRevision(r *history.Revision) revisionView {
	v := revisionView{
		Revision: r.Number, Name: Clean(r.Name), Reused: r.Reused, Gone: r.Gone,
		Pods: len(r.Pods), PodNames: cleanAll(r.Pods), Roles: append([]history.Role{}, r.Roles...),
		Images: []imageView{}, ChangeCause: Clean(r.ChangeCause),
	}
	if !r.Gone {
		created := r.Created.UTC()
		v.Created = &created
	}
	for _, i := range r.Images {
		v.Images = append(v.Images, imageView{Clean(i.Container), Clean(i.Image), i.Init})
	}
	for i := range r.Broken {
		b := &r.Broken[i]
		v.Trouble = append(v.Trouble, podEvent{
			Name: b.Pod, Ordinal: &b.Ordinal,
			Reason: Clean(b.Trouble.Reason), Container: Clean(b.Trouble.Container), Message: Clean(b.Trouble.Message),
		})
	}
	return v
}
