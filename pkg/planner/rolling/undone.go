package rolling

import (
	"encoding/json"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
)

// UndoneAnnotation notes the last way back of a set, so that the same command
// given twice does not go forward again to what it has just left.
const UndoneAnnotation = annotation.Prefix + "undone"

// Undone is what that annotation holds.
type Undone struct {
	From string    `json:"from"` // names of ControllerRevisions
	To   string    `json:"to"`
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // "abort"; empty for an undo
}

// Noun is what took the pods back, in a sentence.
func (u Undone) Noun() string {
	if u.By == "abort" {
		return "an abort"
	}
	return "an undo"
}

// Text is the annotation's value.
func (u Undone) Text() *string {
	data, err := json.Marshal(u)
	if err != nil {
		panic(err) // plain fields
	}
	text := string(data)
	return &text
}

// FindUndone reads the note; nil when there is none that can be read: it only
// serves a choice that the user confirms.
func FindUndone(s sts.Snapshot) *Undone {
	text, ok := s.Annotation(UndoneAnnotation)
	if !ok {
		return nil
	}
	note := &Undone{}
	if json.Unmarshal([]byte(text), note) != nil {
		return nil
	}
	return note
}
