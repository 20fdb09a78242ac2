package cli_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersion(t *testing.T) {
	client := "Client Version: dev\nGo Version: " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
	server := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"gitVersion":"v1.36.3"}`) }
	const none = "error: cannot reach the API server at http://127.0.0.1:1: connection refused\n"
	tests := []struct {
		name, args string
		answer     http.HandlerFunc
		want       ran
	}{
		{"client and server", "version", server, ran{0, client + "Server Version: v1.36.3\n", ""}},
		{"the server is not asked", "version --client", nil, ran{0, client, ""}},
		{"no server leaves what is known", "version --server=http://127.0.0.1:1", server, ran{1, client, none}},
		{
			"no cluster leaves what is known", "version --context=none", nil,
			ran{1, client, "error: kubeconfig: context \"none\" does not exist\n"},
		},
		{
			"an answer that is none", "version", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
			ran{1, client, "error: the API server at URL: its version: invalid character '<' looking for beginning of value\n"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			url := ""
			serve(t, func(w http.ResponseWriter, r *http.Request) {
				url = "http://" + r.Host
				if test.answer == nil || r.Method != http.MethodGet || r.URL.Path != "/version" {
					t.Errorf("unexpected %s %s", r.Method, r.URL)
					return
				}
				test.answer(w, r)
			})
			got := run(t.Context(), strings.Fields(test.args)...)
			if url != "" {
				got.Stderr = strings.ReplaceAll(got.Stderr, url, "URL")
			}
			require.Equal(t, test.want, got)
		})
	}
}
