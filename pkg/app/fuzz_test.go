//go:build unix

package app

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzSetNames takes any words for names of sets.
func FuzzSetNames(f *testing.F) {
	for _, text := range []string{
		"web", "sts/web db", "sts web", "StatefulSet/web web", "deployment/web", "a/b/c", "", "-", "web\n", "\x1b[31m", "ſts/web",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		words := strings.Split(text, " ")
		names, err := options.SetNames(words)
		if err != nil {
			fuzztest.OneLine(t, err)
		}
		for i, name := range names {
			require.Empty(t, validation.IsDNS1123Subdomain(name))
			require.True(t, strings.HasSuffix(strings.Join(words, "/"), name) || slices.ContainsFunc(words, func(word string) bool {
				return strings.HasSuffix(word, name)
			}))
			require.NotContains(t, names[:i], name)
		}
		if name, err := options.SetName(words); err == nil {
			require.Empty(t, validation.IsDNS1123Subdomain(name))
			again, err := options.SetName([]string{name})
			require.NoError(t, err)
			require.Equal(t, name, again)
		} else {
			require.NotEmpty(t, err.Error())
		}
	})
}

// FuzzCommand gives any words for the flags that lead to a cluster. A shell must
// read the command that is shown as these words.
func FuzzCommand(f *testing.F) {
	for _, seed := range [][3]string{
		{"/home/jo doe/$config", "it's; rm -rf *", "prod"},
		{"-", "arn:aws:eks:eu-1:12:cluster/a_b", "\n"},
		{"~/x", "`id`", "\xff"},
		{"", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, kubeconfig, name, namespace string) {
		if strings.Contains(kubeconfig+name+namespace, "\x00") || len(kubeconfig+name+namespace) > 1<<16 {
			t.Skip("no words of a command line")
		}
		defer within.Input(t)()
		env := &Env{Config: &Config{Kubeconfig: kubeconfig, ConfigOverrides: clientcmd.ConfigOverrides{CurrentContext: name}}}
		want := []string{"kubectl", "sts"}
		for _, flag := range [][2]string{{"--kubeconfig", kubeconfig}, {"--context", name}, {"-n", namespace}} {
			if flag[1] != "" {
				want = append(want, flag[0], flag[1])
			}
		}
		want = append(want, "status", name)
		command := env.CallerIn(namespace).Command(hint.Hint{Kind: hint.Sts, Verb: "status", Path: QuotePath(name)})
		out, err := exec.CommandContext(t.Context(), "sh", "-c", `printf '%s\0' `+command).Output()
		require.NoError(t, err)
		require.Equal(t, strings.Join(want, "\x00")+"\x00", string(out), "%s", command)
	})
}
