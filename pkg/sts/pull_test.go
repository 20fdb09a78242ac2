package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWhyAnImageCanNotBePulled(t *testing.T) {
	const notFound = `rpc error: code = NotFound desc = failed to pull and unpack image "reg.example.com/app:2": ` +
		`failed to resolve reference "reg.example.com/app:2": reg.example.com/app:2: not found`
	tests := []struct{ name, message, want string }{
		{"containerd's words", notFound, "not found: reg.example.com/app:2"},
		{
			"the same in the kubelet's, the other time", `Back-off pulling image "reg.example.com/app:2": ErrImagePull: ` + notFound,
			"not found: reg.example.com/app:2",
		},
		{
			"a registry that wants a login",
			`rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/library/app:2": failed to resolve reference ` +
				`"docker.io/library/app:2": pull access denied, repository does not exist or may require authorization: ` +
				`server message: insufficient_scope: authorization failed`,
			"authorization failed: docker.io/library/app:2 (pull access denied, repository does not exist or may require " +
				"authorization: server message: insufficient_scope)",
		},
		{
			"a registry that nobody finds",
			`rpc error: code = Unknown desc = failed to pull and unpack image "reg/app:2": failed to resolve reference "reg/app:2": ` +
				`failed to do request: Head "https://reg/v2/app/manifests/2": dial tcp: lookup reg: no such host`,
			`no such host: reg/app:2 (failed to do request: Head "https://reg/v2/app/manifests/2": dial tcp: lookup reg)`,
		},
		{
			"CRI-O's words, which don't name the image",
			"rpc error: code = Unknown desc = reading manifest 2 in docker.io/library/app: manifest unknown",
			"manifest unknown: nginx:1.21 (reading manifest 2 in docker.io/library/app)",
		},
		{"no cause", `Back-off pulling image "nginx:1.22"`, `Back-off pulling image "nginx:1.22"`},
		{"a quote without an end", `rpc error: code = Unknown desc = a "b: c`, `a "b: c: nginx:1.21`},
		{"nothing but wrapping", "rpc error: code = Unknown desc = ", ""},
	}
	for _, tt := range tests {
		for _, reason := range []string{"ErrImagePull", "ImagePullBackOff"} {
			t.Run(tt.name+" "+reason, func(t *testing.T) {
				require.Equal(t, tt.want, troubleOf(ststest.Waiting(reason, tt.message)).Message)
			})
		}
	}
}

func TestWhatARuntimeSaysHasNoWrapping(t *testing.T) {
	got := troubleOf(ststest.Waiting("RunContainerError", "rpc error: code = Unavailable desc = connection reset"))
	require.Equal(t, "connection reset", got.Message)
}
