package main

import (
	"strings"
	"testing"
)

// olderGoMod is what `go mod edit -json` makes of an older go.mod of
// k8s.io/kubernetes, cut down.
const olderGoMod = `{
	"Module": {"Path": "k8s.io/kubernetes"},
	"Go": "1.24.0",
	"Require": [
		{"Path": "go.etcd.io/etcd/client/v3", "Version": "v3.6.4"},
		{"Path": "go.etcd.io/etcd/server/v3", "Version": "v3.6.5", "Indirect": true},
		{"Path": "k8s.io/api", "Version": "v0.0.0"},
		{"Path": "k8s.io/client-go", "Version": "v0.0.0"}
	],
	"Replace": [
		{"Old": {"Path": "k8s.io/client-go"}, "New": {"Path": "./staging/src/k8s.io/client-go"}},
		{"Old": {"Path": "k8s.io/api"}, "New": {"Path": "./staging/src/k8s.io/api"}},
		{"Old": {"Path": "example.com/old"}, "New": {"Path": "example.com/fork", "Version": "v1.2.3"}}
	]
}`

func TestRewriteGoMod(t *testing.T) {
	const want = `module sandbox/kube

go 1.24.0

require (
	go.etcd.io/etcd/server/v3 v3.6.5
	k8s.io/kubernetes v1.34.4
)

replace (
	example.com/old => example.com/fork v1.2.3
	k8s.io/api => k8s.io/api v0.34.4
	k8s.io/client-go => k8s.io/client-go v0.34.4
)
`
	got, err := rewriteGoMod([]byte(olderGoMod), "v1.34.4")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestRewriteGoModWithoutEtcd(t *testing.T) {
	in := strings.ReplaceAll(olderGoMod, "etcd/server", "etcd/other")
	if got, err := rewriteGoMod([]byte(in), "v1.34.4"); err == nil {
		t.Errorf("no error, but:\n%s", got)
	}
}

func TestVersionFlags(t *testing.T) {
	const want = "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.4" +
		" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34"
	if got := versionFlags("v1.34.4"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestComplaintsLeaveOutDownloads(t *testing.T) {
	got := complaints("go: downloading k8s.io/api v0.36.3\n# some/package\nx.go:1:1: syntax error\n")
	if want := "# some/package\nx.go:1:1: syntax error"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
