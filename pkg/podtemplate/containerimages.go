package podtemplate

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// ContainerImage is the image of one container of a template.
type ContainerImage struct {
	Container string
	Image     string
	Init      bool // of an init container
}

// Images are the images of the template's containers and, after those, of its
// init containers.
func (t Template) Images() ([]ContainerImage, error) {
	typed, err := t.Typed()
	if err != nil {
		return nil, err
	}
	images := imagesOf(typed.Spec.Containers, false)
	return slices.Concat(images, imagesOf(typed.Spec.InitContainers, true)), nil
}

func imagesOf(containers []corev1.Container, isInit bool) []ContainerImage {
	var out []ContainerImage
	for i := range containers {
		out = append(out, ContainerImage{containers[i].Name, containers[i].Image, isInit})
	}
	return out
}

// SpecImages are the images of a pod's containers and, after those, of its init
// containers.
func SpecImages(spec *corev1.PodSpec) []ContainerImage {
	return slices.Concat(imagesOf(spec.Containers, false), imagesOf(spec.InitContainers, true))
}

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

// ImageLine is what happens to images, in one line.
func ImageLine(changes []ImageChange) string {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = c.String()
	}
	return strings.Join(words, ", ")
}
