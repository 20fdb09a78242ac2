package podtemplate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

func TestParseImages(t *testing.T) {
	tests := []struct {
		name  string
		pairs []string
		want  []podtemplate.Image
		err   string
	}{
		{name: "none"},
		{name: "one", pairs: []string{"nginx=nginx:1.22"}, want: []podtemplate.Image{{"nginx", "nginx:1.22"}}},
		{
			name: "several, in the order given", pairs: []string{"b=x:1", "a=registry:5000/y@sha256:0f", "*=z"},
			want: []podtemplate.Image{{"b", "x:1"}, {"a", "registry:5000/y@sha256:0f"}, {"*", "z"}},
		},
		{name: "no equals sign", pairs: []string{"nginx:1.22"}, err: `"nginx:1.22" is not CONTAINER=IMAGE`},
		{name: "no container", pairs: []string{"=nginx:1.22"}, err: `"=nginx:1.22" is not CONTAINER=IMAGE`},
		{name: "no image", pairs: []string{"nginx="}, err: `"nginx=" is not CONTAINER=IMAGE`},
		{name: "a space", pairs: []string{"nginx= nginx"}, err: `"nginx= nginx" is not CONTAINER=IMAGE`},
		{name: "what is no text", pairs: []string{"nginx=\xff"}, err: `"nginx=\xff" is not CONTAINER=IMAGE`},
		{name: "what can't be seen", pairs: []string{"nginx=a\u200bb"}, err: `"nginx=a\u200bb" is not CONTAINER=IMAGE`},
		{name: "nothing", pairs: []string{""}, err: `"" is not CONTAINER=IMAGE`},
		{name: "a container twice", pairs: []string{"a=x", "b=y", "a=z"}, err: `container "a" is given twice`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podtemplate.ParseImages(tt.pairs)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// wide has containers of both kinds, fields that no API type knows and an
// integer that a float64 would round.
const wide = `{
	"metadata":{"labels":{"app":"web"}},
	"tomorrow":{"size":9007199254740993},
	"spec":{
		"initContainers":[{"name":"setup","image":"busybox:1"},{"name":"proxy","image":"envoy:1","restartPolicy":"Always"}],
		"containers":[{"name":"nginx","image":"nginx:1.21","future":[1,2.5,"<&>"]},{"name":"side","image":"side:1"}],
		"securityContext":{"runAsUser":9007199254740993}
	}
}`

func TestWithImages(t *testing.T) {
	tests := []struct {
		name   string
		images []podtemplate.Image
		want   string
		err    string
	}{
		{
			name: "one container", images: []podtemplate.Image{{"nginx", "nginx:1.22"}},
			want: `{
				"metadata":{"labels":{"app":"web"}},
				"tomorrow":{"size":9007199254740993},
				"spec":{
					"initContainers":[{"name":"setup","image":"busybox:1"},{"name":"proxy","image":"envoy:1","restartPolicy":"Always"}],
					"containers":[{"name":"nginx","image":"nginx:1.22","future":[1,2.5,"<&>"]},{"name":"side","image":"side:1"}],
					"securityContext":{"runAsUser":9007199254740993}
				}
			}`,
		},
		{
			name: "an init container and another", images: []podtemplate.Image{{"proxy", "envoy:2"}, {"side", "side:2"}},
			want: `{
				"metadata":{"labels":{"app":"web"}},
				"tomorrow":{"size":9007199254740993},
				"spec":{
					"initContainers":[{"name":"setup","image":"busybox:1"},{"name":"proxy","image":"envoy:2","restartPolicy":"Always"}],
					"containers":[{"name":"nginx","image":"nginx:1.21","future":[1,2.5,"<&>"]},{"name":"side","image":"side:2"}],
					"securityContext":{"runAsUser":9007199254740993}
				}
			}`,
		},
		{
			name:   "every container, which as with kubectl set image spares the init containers",
			images: []podtemplate.Image{{"*", "all:1"}},
			want: `{
				"metadata":{"labels":{"app":"web"}},
				"tomorrow":{"size":9007199254740993},
				"spec":{
					"initContainers":[{"name":"setup","image":"busybox:1"},{"name":"proxy","image":"envoy:1","restartPolicy":"Always"}],
					"containers":[{"name":"nginx","image":"all:1","future":[1,2.5,"<&>"]},{"name":"side","image":"all:1"}],
					"securityContext":{"runAsUser":9007199254740993}
				}
			}`,
		},
		{name: "none changes nothing", want: wide},
		{
			name: "a container that is not there", images: []podtemplate.Image{{"nginx", "nginx:1.22"}, {"ngnix", "nginx:1.22"}},
			err: `no container "ngnix" in the template (there are: nginx, side, setup, proxy)`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podtemplate.WithImages(podtemplate.Template(wide), tt.images)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			requireSameJSON(t, tt.want, string(got))
		})
	}
}

func TestWithImagesOfATemplateThatHoldsNoContainers(t *testing.T) {
	_, err := podtemplate.WithImages(podtemplate.Template(`{"spec":{}}`), []podtemplate.Image{{"*", "all:1"}})
	require.EqualError(t, err, `no container "*" in the template (there are: )`)

	_, err = podtemplate.WithImages(podtemplate.Template(`oops`), nil)
	require.EqualError(t, err, "pod template: invalid character 'o' looking for beginning of value")
}

func TestTheTemplateOfAManifest(t *testing.T) {
	got, err := podtemplate.Of([]byte(`{"kind":"StatefulSet","spec":{"replicas":3,"template":{"spec":{"future":9007199254740993}}}}`))
	require.NoError(t, err)
	require.Equal(t, podtemplate.Template(`{"spec":{"future":9007199254740993}}`), got)

	for manifest, want := range map[string]string{
		`{"spec":{"replicas":3}}`:    "manifest: no spec.template",
		`{"spec":{"template":null}}`: "manifest: no spec.template",
		`{}`:                         "manifest: no spec.template",
		`oops`:                       "manifest: invalid character 'o' looking for beginning of value",
	} {
		t.Run(manifest, func(t *testing.T) {
			got, err := podtemplate.Of([]byte(manifest))
			require.EqualError(t, err, want)
			require.Nil(t, got)
		})
	}
}
