package sts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

// RevisionImages are the images that a revision has; nil where nobody knows it.
func (s Snapshot) RevisionImages(name string) []podtemplate.ContainerImage {
	if r, ok := s.Revision(name); ok {
		if images, err := revisionImages(r); err == nil {
			return images
		}
	}
	if s.Set != nil && s.Observed() && name == s.UpdateRevision() {
		return podtemplate.SpecImages(&s.Set.Spec.Template.Spec)
	}
	return nil
}

// RolloutImages are the containers whose images differ between the revision that
// pods come from and the one that they are to get; without such, the first.
func (s Snapshot) RolloutImages(from, to string) []podtemplate.ImageChange {
	after := s.RevisionImages(to)
	before := s.RevisionImages(from)
	if before == nil {
		before = after
	}
	return podtemplate.ImageChanges(before, after)
}

// revisionImages reads no more of a revision than its images: a screen asks for
// them with every redraw.
func revisionImages(r *appsv1.ControllerRevision) ([]podtemplate.ContainerImage, error) {
	type container struct{ Name, Image string }
	var data struct {
		Spec struct {
			Template struct {
				Spec struct{ Containers, InitContainers []container }
			}
		}
	}
	if err := json.Unmarshal(r.Data.Raw, &data); err != nil {
		return nil, fmt.Errorf("revision %s: %w", r.Name, err)
	}
	var out []podtemplate.ContainerImage
	for _, c := range data.Spec.Template.Spec.Containers {
		out = append(out, podtemplate.ContainerImage{Container: c.Name, Image: c.Image})
	}
	for _, c := range data.Spec.Template.Spec.InitContainers {
		out = append(out, podtemplate.ContainerImage{Container: c.Name, Image: c.Image, Init: true})
	}
	return out, nil
}

// Focus picks of a pod's images those that tell one revision from the other.
type Focus struct {
	containers []string
	differ     bool // they are the ones whose images differ
}

// Focus is on the containers whose images differ between two revisions or, where
// none does, on the first.
func (s Snapshot) Focus(from, to string) Focus {
	var f Focus
	for _, c := range s.RolloutImages(from, to) {
		f.containers = append(f.containers, c.Container)
		f.differ = f.differ || c.From != c.To
	}
	return f
}

// Words are the images that matter, with the number of those left out: two at most
// of containers that differ, or the first of a pod's containers. They are not clean.
func (f Focus) Words(images []podtemplate.ContainerImage) string {
	const most = 2
	var words []string
	more := 0
	for _, c := range images {
		switch named := slices.Contains(f.containers, c.Container); {
		case named && len(words) < most:
			words = append(words, c.Image)
		case named, !f.differ && !c.Init:
			more++
		}
	}
	if len(words) == 0 && len(images) > 0 { // a pod from before any of the two
		words, more = []string{images[0].Image}, max(more-1, 0)
	}
	text := strings.Join(words, ",")
	if more > 0 {
		text += fmt.Sprintf(" +%d", more)
	}
	return text
}
