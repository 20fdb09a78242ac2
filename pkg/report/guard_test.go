package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestNoLineFromTheClusterIsACommandToGitHub(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a command", "::error::a\n", ": :error::a\n"},
		{"behind white space", "a\n \t\u00a0::error::a\n", "a\n \t\u00a0: :error::a\n"},
		{"behind a carriage return", "a\r::error::a", "a\r: :error::a"},
		{"behind a byte order mark", "\ufeff::error::a", "\ufeff: :error::a"},
		{"of the old kind, anywhere in a line", "a ##[error]b ###[c]", "a ## [error]b ### [c]"},
		{"an address", "fe80::1 and a::b\n:a:\n", "fe80::1 and a::b\n:a:\n"},
		{"a heading", "# a\n## [b]\n#[c]\n", "# a\n## [b]\n#[c]\n"},
		{"what is no text", "\xff::\xfe\n", "\xff::\xfe\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var whole, bytewise strings.Builder
			_, err := fmt.Fprint(report.NewGuard(&whole), test.text)
			require.NoError(t, err)
			require.Equal(t, test.want, whole.String())

			guard := report.NewGuard(&bytewise)
			for i := range len(test.text) {
				_, err := guard.Write([]byte{test.text[i]})
				require.NoError(t, err)
			}
			require.Equal(t, test.want, bytewise.String())
		})
	}
}

// FuzzGuard writes any text through a guard, in two writes that are cut anywhere.
func FuzzGuard(f *testing.F) {
	for i, text := range reporttest.HostileTexts {
		f.Add(text, uint16(i))
	}
	f.Add("\u3000::error::x", uint16(1))
	f.Add("::error::x", uint16(1))
	f.Add("##[error]x", uint16(2))
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string, at uint16) {
		defer within.Input(t)()
		write := func(parts ...string) string {
			var out strings.Builder
			guard := report.NewGuard(&out)
			for _, part := range parts {
				n, err := guard.Write([]byte(part))
				require.NoError(t, err)
				require.Equal(t, len(part), n)
			}
			return out.String()
		}
		got := write(text)
		require.Empty(t, reporttest.Commands(got))
		requireSpaced(t, text, got)
		cut := int(at) % (len(text) + 1)
		require.Equal(t, got, write(text[:cut], text[cut:]), "cut at %d", cut)
	})
}

// requireSpaced checks that nothing but spaces was put in.
func requireSpaced(t *testing.T, text, got string) {
	t.Helper()
	rest := text
	for i := range len(got) {
		switch {
		case rest != "" && rest[0] == got[i]:
			rest = rest[1:]
		case got[i] != ' ':
			t.Fatalf("%q has become %q", text, got)
		}
	}
	require.Empty(t, rest)
}
