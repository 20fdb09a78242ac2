// Package arch keeps the project's rooms apart: it reads the source and fails
// where a package knows more than its row in the table allows.
package arch

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePackagesKeepToTheirRooms(t *testing.T) {
	root := filepath.Join("..", "..")
	gomod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	require.Contains(t, string(gomod), "module "+module+"\n", "the rules below name another module")

	files := sources(t, root, "pkg", "cmd")
	require.NotEmpty(t, files, "found no Go files to check")
	require.Empty(t, violations(t, files))
}

// Two that turn at once would fight for the line, and one of our own would have to
// learn about terminals what that library knows.
func TestOneFileDrivesTheSpinner(t *testing.T) {
	var drivers []string
	for name, src := range sources(t, filepath.Join("..", ".."), "pkg", "cmd") {
		if strings.Contains(src, `"github.com/briandowns/spinner"`) {
			drivers = append(drivers, name)
		}
	}
	require.Equal(t, []string{"pkg/report/text/spin.go"}, drivers)
}

// The rules must be able to fail: each case is a file that breaks one of them,
// or one that comes close and is allowed.
func TestARuleThatIsBrokenIsReported(t *testing.T) {
	tests := []struct {
		name string
		file string
		src  string
		want []string
	}{
		{
			name: "facts know nothing of ours",
			file: "pkg/sts/x.go",
			src:  `package sts; import _ "github.com/kubectl-sts/kubectl-sts/pkg/engine"`,
			want: []string{"pkg/sts/x.go:1: pkg/sts must not import " + module + "/pkg/engine"},
		},
		{
			name: "facts may be split into packages of their own",
			file: "pkg/sts/ststest/x.go",
			src:  `package ststest; import _ "github.com/kubectl-sts/kubectl-sts/pkg/sts"`,
		},
		{
			name: "a room below another keeps its rules",
			file: "pkg/claims/deep/x.go",
			src:  `package deep; import _ "k8s.io/client-go/kubernetes"`,
			want: []string{"pkg/claims/deep/x.go:1: pkg/claims must not import k8s.io/client-go/kubernetes"},
		},
		{
			name: "the judgement of claims stands on facts about sets, and on nothing else of ours",
			file: "pkg/claims/x.go",
			src: `package claims; import (_ "github.com/kubectl-sts/kubectl-sts/pkg/sts"
				_ "github.com/kubectl-sts/kubectl-sts/pkg/planner/canary")`,
			want: []string{"pkg/claims/x.go:2: pkg/claims must not import " + module + "/pkg/planner/canary"},
		},
		{
			name: "what is below the facts is facts as well",
			file: "pkg/claims/x.go",
			src:  `package claims; import _ "github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"`,
		},
		{
			name: "what is below hints is no hint",
			file: "pkg/sts/x.go",
			src:  `package sts; import _ "github.com/kubectl-sts/kubectl-sts/pkg/hint/deep"`,
			want: []string{"pkg/sts/x.go:1: pkg/sts must not import " + module + "/pkg/hint/deep"},
		},
		{
			name: "a prefix of a name is not the name",
			file: "pkg/sts/x.go",
			src:  `package sts; import _ "k8s.io/client-gopher"`,
		},
		{
			name: "facts have no clock",
			file: "pkg/sts/x.go",
			src:  "package sts\nimport \"time\"\nvar a = time.Now()\nvar b = time.Second",
			want: []string{"pkg/sts/x.go:3: pkg/sts has no clock, but names time.Now"},
		},
		{
			name: "a clock under another name is still a clock",
			file: "pkg/claims/x.go",
			src:  "package claims\nimport v1 \"k8s.io/apimachinery/pkg/apis/meta/v1\"\nvar now = v1.Now",
			want: []string{"pkg/claims/x.go:3: pkg/claims has no clock, but names v1.Now"},
		},
		{
			name: "the engine's loop may wait",
			file: "pkg/engine/loop/x.go",
			src:  "package loop\nimport \"time\"\nvar tick = time.NewTicker",
		},
		{
			name: "what comes next is decided without a clock",
			file: "pkg/engine/x.go",
			src:  "package engine\nimport \"time\"\nvar tick = time.NewTicker",
			want: []string{"pkg/engine/x.go:3: pkg/engine has no clock, but names time.NewTicker"},
		},
		{
			name: "the engine knows its cluster by an interface only",
			file: "pkg/engine/loop/x.go",
			src: `package loop; import (_ "github.com/kubectl-sts/kubectl-sts/pkg/kube"
				_ "github.com/kubectl-sts/kubectl-sts/pkg/engine")`,
			want: []string{"pkg/engine/loop/x.go:1: pkg/engine/loop must not import " + module + "/pkg/kube"},
		},
		{
			name: "the cluster does not report",
			file: "pkg/kube/x.go",
			src:  `package kube; import _ "github.com/kubectl-sts/kubectl-sts/pkg/report"`,
			want: []string{"pkg/kube/x.go:1: pkg/kube must not import " + module + "/pkg/report"},
		},
		{
			name: "reports take no commands",
			file: "pkg/report/x.go",
			src:  `package report; import _ "github.com/spf13/cobra"`,
			want: []string{"pkg/report/x.go:1: pkg/report must not import github.com/spf13/cobra"},
		},
		{
			name: "a verb does not lean on another verb",
			file: "pkg/cmd/undo/x.go",
			src:  `package undo; import _ "github.com/kubectl-sts/kubectl-sts/pkg/cmd/canary"`,
			want: []string{"pkg/cmd/undo/x.go:1: pkg/cmd/undo must not import " + module + "/pkg/cmd/canary"},
		},
		{
			name: "a verb may use the libraries of commands and packages of its own",
			file: "pkg/cmd/undo/x.go",
			src: `package undo; import (_ "k8s.io/cli-runtime/pkg/genericclioptions"
				_ "github.com/kubectl-sts/kubectl-sts/pkg/app"
				_ "github.com/kubectl-sts/kubectl-sts/pkg/cmd/undo/pick")`,
		},
		{
			name: "only main imports the root command",
			file: "pkg/app/x.go",
			src:  `package app; import _ "github.com/kubectl-sts/kubectl-sts/pkg/cli"`,
			want: []string{"pkg/app/x.go:1: pkg/app must not import " + module + "/pkg/cli"},
		},
		{
			name: "the way to the API server is the client's",
			file: "pkg/cmd/undo/x.go",
			src: `package undo; import (_ "github.com/kubectl-sts/kubectl-sts/pkg/kube"
				_ "github.com/kubectl-sts/kubectl-sts/pkg/kube/transport")`,
			want: []string{"pkg/cmd/undo/x.go:2: pkg/cmd/undo must not import " + module + "/pkg/kube/transport"},
		},
		{
			name: "only main exits",
			file: "pkg/cli/x.go",
			src:  "package cli\nimport \"os\"\nfunc f() { os.Exit(1) }",
			want: []string{"pkg/cli/x.go:3: only main ends the process, but this names os.Exit"},
		},
		{
			name: "only the terminal's package names the streams",
			file: "pkg/report/x.go",
			src:  "package report\nimport \"fmt\"\nfunc f() { fmt.Println() }",
			want: []string{"pkg/report/x.go:3: streams are passed in, but this names fmt.Println"},
		},
		{
			name: "the terminal's package does not exit for that",
			file: "pkg/term/x.go",
			src:  "package term\nimport \"os\"\nvar out = os.Stdout\nfunc f() { os.Exit(1) }",
			want: []string{"pkg/term/x.go:4: only main ends the process, but this names os.Exit"},
		},
		{
			name: "main hands on the streams and exits",
			file: "cmd/kubectl-sts/main.go",
			src: "package main\nimport (\"os\"; \"github.com/kubectl-sts/kubectl-sts/pkg/cli\")\n" +
				"func main() { os.Exit(cli.Main(os.Stdout)) }",
		},
		{
			name: "nothing happens on import",
			file: "pkg/kube/x.go",
			src:  "package kube\nfunc init() {}\ntype t int\nfunc (t) init() {}",
			want: []string{"pkg/kube/x.go:2: func init runs unasked"},
		},
		{
			name: "a package without a row does not get in",
			file: "pkg/utils/x.go",
			src:  "package utils",
			want: []string{"pkg/utils/x.go: no room for pkg/utils: give it a row in rooms"},
		},
		{
			name: "what verbs share has a room of its own",
			file: "pkg/cmd/x.go",
			src:  "package cmd",
			want: []string{"pkg/cmd/x.go: no room for pkg/cmd: give it a row in rooms"},
		},
		{
			name: "a dot hides where a name is from",
			file: "pkg/kube/x.go",
			src:  "package kube\nimport . \"os\"\nvar out = Stdout",
			want: []string{"pkg/kube/x.go:2: a dot import hides what is used of os"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, violations(t, map[string]string{tt.file: tt.src}))
		})
	}
}

// sources reads the non-test Go files below the given folders of root, by their
// slash-separated path from there.
func sources(t *testing.T, root string, dirs ...string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, dir := range dirs {
		err := fs.WalkDir(os.DirFS(root), dir, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return fs.SkipDir
			case d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
				return nil
			}
			src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			files[name] = string(src)
			return err
		})
		require.NoError(t, err)
	}
	return files
}
