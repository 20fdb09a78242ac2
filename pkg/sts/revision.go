package sts

import (
	"fmt"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// IsRevisionWord reports whether a word can mean a revision at all: a number,
// a name, or the hash at the end of one.
func IsRevisionWord(word string) bool {
	return len(validation.IsDNS1123Subdomain(word)) == 0
}

// FindRevision finds the revision that a person means: by its number, its
// name, or the hash at the end of its name. A hash may be all digits, so that a
// number which there is goes first. The error names the revisions that there are.
func (s Snapshot) FindRevision(word string) (*appsv1.ControllerRevision, error) {
	if r, ok := s.Revision(word); ok {
		return r, nil
	}
	found := s.revisions(func(r *appsv1.ControllerRevision) bool { return strconv.FormatInt(r.Revision, 10) == word })
	if len(found) == 0 && word != "" {
		found = s.revisions(func(r *appsv1.ControllerRevision) bool { return strings.HasSuffix(r.Name, "-"+word) })
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("revision %q of statefulset %q is not the only one: give the name of one of %s",
			word, s.Name(), revisionNames(found))
	case len(s.Revisions) == 0:
		return nil, fmt.Errorf("statefulset %q has no revisions", s.Name())
	}
	return nil, fmt.Errorf("statefulset %q has no revision %q; there are %s (the number of a revision changes when its template "+
		"is used again, its name does not)", s.Name(), word, revisionNames(s.Revisions))
}

func (s Snapshot) revisions(match func(*appsv1.ControllerRevision) bool) []*appsv1.ControllerRevision {
	var out []*appsv1.ControllerRevision
	for _, r := range s.Revisions {
		if match(r) {
			out = append(out, r)
		}
	}
	return out
}

func revisionNames(revisions []*appsv1.ControllerRevision) string {
	var names []string
	for _, r := range revisions {
		names = append(names, fmt.Sprintf("%d (%s)", r.Revision, r.Name))
	}
	return strings.Join(names, ", ")
}
