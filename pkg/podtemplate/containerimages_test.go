package podtemplate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

func TestTheImagesOfATemplate(t *testing.T) {
	template := podtemplate.Template(`{"spec":{
		"initContainers":[{"name":"load","image":"load:1"}],
		"containers":[{"name":"app","image":"app:2","future":true},{"name":"side"}]}}`)

	got, err := template.Images()

	require.NoError(t, err)
	require.Equal(t, []podtemplate.ContainerImage{
		{Container: "app", Image: "app:2"}, {Container: "side"}, {Container: "load", Image: "load:1", Init: true},
	}, got)
}

func TestTheImagesOfWhatIsNoTemplate(t *testing.T) {
	got, err := podtemplate.Template(`oops`).Images()

	require.EqualError(t, err, "pod template: invalid character 'o' looking for beginning of value")
	require.Nil(t, got)
}

func TestImageChanges(t *testing.T) {
	tests := []struct {
		name     string
		from, to []podtemplate.ContainerImage
		want     string
	}{
		{"one container", images("app", "app:1"), images("app", "app:2"), "app:1 -> app:2"},
		{"one that stays", images("app", "app:1"), images("app", "app:1"), "app:1"},
		{
			"the one of several that differs", images("app", "app:1", "log", "log:1"), images("app", "app:1", "log", "log:2"),
			"log: log:1 -> log:2",
		},
		{
			"several", images("app", "app:1", "log", "log:1"), images("app", "app:2", "log", "log:2"),
			"app: app:1 -> app:2, log: log:1 -> log:2",
		},
		{"none of several", images("app", "app:1", "log", "log:1"), images("app", "app:1", "log", "log:1"), "app: app:1"},
		{"a new one", images("app", "app:1"), images("app", "app:1", "log", "log:1"), "log: log:1 (new container)"},
		{"one that goes", images("app", "app:1", "log", "log:1"), images("app", "app:1"), "log: log:1 (container removed)"},
		{"nobody knows", nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, podtemplate.ImageLine(podtemplate.ImageChanges(tt.from, tt.to)))
		})
	}
}

// images are those of containers, each by its name and its image.
func images(pairs ...string) []podtemplate.ContainerImage {
	var out []podtemplate.ContainerImage
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, podtemplate.ContainerImage{Container: pairs[i], Image: pairs[i+1]})
	}
	return out
}
