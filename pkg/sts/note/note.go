package note

import (
	"encoding/json"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Note is what a run keeps in an annotation of the set, to be gone on with.
type Note interface {
	// Check rejects what no run writes.
	Check() error
}

// Read reads the note in an annotation of the set; nil when there is none.
// One in a newer format is refused, not guessed at. first says what a person
// has to do before they drop a note that can't be read.
func Read[N Note](s sts.Snapshot, annotation, first string) (*N, error) {
	text, ok := s.Annotation(annotation)
	if !ok {
		return nil, nil //nolint:nilnil // no note is no error
	}
	written := struct{ Version int }{} // by itself: of a newer format nothing else need be understood
	err := json.Unmarshal([]byte(text), &written)
	if err == nil && written.Version != FormatGoing && written.Version != FormatFailed {
		return nil, fmt.Errorf("annotation %s of statefulset %q has format %d, this kubectl-sts reads %d and %d: "+
			"use the version that wrote it", annotation, s.Name(), written.Version, FormatGoing, FormatFailed)
	}
	note := new(N)
	if err = json.Unmarshal([]byte(text), note); err == nil {
		err = (*note).Check()
	}
	if err != nil {
		return nil, &hint.Error{
			Err: fmt.Errorf("annotation %s of statefulset %q can't be read: %w", annotation, s.Name(), sts.CleanError(err)),
			Hints: []hint.Hint{{
				Words: "to drop it, " + first + " and run", Kind: hint.Kubectl, Verb: "annotate",
				Args: []string{"statefulset", s.Name(), annotation + "-"}, Namespace: s.Set.Namespace,
			}},
		}
	}
	return note, nil
}

// Text is the annotation's value. A struct of plain fields always marshals.
func Text(note Note) *string {
	data, err := json.Marshal(note)
	if err != nil {
		panic(err)
	}
	text := string(data)
	return &text
}
