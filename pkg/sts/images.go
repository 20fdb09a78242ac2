package sts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// ImageChange is what happens to the image of one container between two
// templates: From and To are equal where nothing does, and one of them is empty
// where the container is new or goes away.
type ImageChange struct {
	Container string
	From, To  string
	// Alone says that no other container is there, so that its name tells nothing.
	Alone bool
}

// String is the change in a line. It is not clean: images come from the cluster.
func (c ImageChange) String() string {
	words := c.To
	switch {
	case c.From == "":
		words += " (new container)"
	case c.To == "":
		words = c.From + " (container removed)"
	case c.From != c.To:
		words = c.From + " -> " + c.To
	}
	if c.Alone {
		return words
	}
	return c.Container + ": " + words
}

// ImageChanges are the containers whose images differ between two templates. Where
// none does, it is the first container.
func ImageChanges(from, to []ContainerImage) []ImageChange {
	alone := len(to) == 1 && len(from) <= 1
	image := func(all []ContainerImage, name string) string {
		i := slices.IndexFunc(all, func(c ContainerImage) bool { return c.Container == name })
		if i < 0 {
			return ""
		}
		return all[i].Image
	}
	var out []ImageChange
	for _, c := range to {
		if before := image(from, c.Container); before != c.Image {
			out = append(out, ImageChange{c.Container, before, c.Image, alone})
		}
	}
	for _, c := range from {
		if image(to, c.Container) == "" {
			out = append(out, ImageChange{c.Container, c.Image, "", alone})
		}
	}
	if len(out) == 0 && len(to) > 0 {
		out = append(out, ImageChange{to[0].Container, to[0].Image, to[0].Image, alone})
	}
	return out
}

// RevisionImages are the images that a revision has; nil where nobody knows it.
func (s Snapshot) RevisionImages(name string) []ContainerImage {
	if r, ok := s.Revision(name); ok {
		if images, err := revisionImages(r); err == nil {
			return images
		}
	}
	if s.Set != nil && s.Observed() && name == s.UpdateRevision() {
		return SpecImages(&s.Set.Spec.Template.Spec)
	}
	return nil
}

// SpecImages are the images of a pod's containers and, after those, of its init
// containers.
func SpecImages(spec *corev1.PodSpec) []ContainerImage {
	return slices.Concat(imagesOf(spec.Containers, false), imagesOf(spec.InitContainers, true))
}

// RolloutImages are the containers whose images differ between the revision that
// pods come from and the one that they are to get; without such, the first.
func (s Snapshot) RolloutImages(from, to string) []ImageChange {
	after := s.RevisionImages(to)
	before := s.RevisionImages(from)
	if before == nil {
		before = after
	}
	return ImageChanges(before, after)
}

// revisionImages reads no more of a revision than its images: a screen asks for
// them with every redraw.
func revisionImages(r *appsv1.ControllerRevision) ([]ContainerImage, error) {
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
	var out []ContainerImage
	for _, c := range data.Spec.Template.Spec.Containers {
		out = append(out, ContainerImage{c.Name, c.Image, false})
	}
	for _, c := range data.Spec.Template.Spec.InitContainers {
		out = append(out, ContainerImage{c.Name, c.Image, true})
	}
	return out, nil
}

// ImageLine is what happens to images, in one line.
func ImageLine(changes []ImageChange) string {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = c.String()
	}
	return strings.Join(words, ", ")
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
func (f Focus) Words(images []ContainerImage) string {
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
