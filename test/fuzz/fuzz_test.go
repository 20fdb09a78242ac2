package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestFind(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	write("pkg/a/a_test.go", "package a\nfunc FuzzOne(f *testing.F) {}\nfunc TestTwo(t *testing.T) {}\nfunc (x) FuzzNot(f *testing.F) {}\n")
	write("pkg/a/b/b_test.go", "package b\nfunc FuzzOne(f *testing.F) {}\nfunc FuzzTwo(f *testing.F) {}\n")
	write("pkg/a/a.go", "package a\nfunc FuzzThree(f *testing.F) {}\n")
	write("pkg/a/testdata/a_test.go", "no Go")

	got, err := find(root, regexp.MustCompile(""))
	require.NoError(t, err)
	require.Equal(t, []target{{"pkg/a", "FuzzOne"}, {"pkg/a/b", "FuzzOne"}, {"pkg/a/b", "FuzzTwo"}}, got)

	got, err = find(root, regexp.MustCompile(`a/b\.FuzzOne`))
	require.NoError(t, err)
	require.Equal(t, []target{{"pkg/a/b", "FuzzOne"}}, got)
}

const began = "fuzz: elapsed: 0s, gathering baseline coverage: 0/12 completed\n" +
	"fuzz: elapsed: 3s, execs: 325017 (108336/sec), new interesting: 11 (total: 23)\n" +
	"fuzz: elapsed: 1m1s, execs: 680218 (118402/sec), new interesting: 14 (total: 26)\n"

func TestRead(t *testing.T) {
	exit := errors.New("exit status 1")
	tests := []struct {
		name, output string
		want         error
	}{
		{"an input that fails", "--- FAIL: FuzzSteps (3.02s)\n    --- FAIL: FuzzSteps (0.00s)\n        x_test.go:3: no\n    \n" +
			"    Failing input written to testdata/fuzz/FuzzSteps/a\nFAIL\n", exit},
		{"a panic", "panic: no\n", exit},
		{"nothing but the end of the time", "--- FAIL: FuzzSteps (61.02s)\n    context deadline exceeded\nFAIL\n", nil},
		{
			"the end of the time, and an input that fails",
			"--- FAIL: FuzzSteps (3.02s)\n    x_test.go:3: no\n    context deadline exceeded\nFAIL\n", exit,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := result{target: target{"pkg/operation", "FuzzSteps"}, err: exit}
			r.read(began + test.output)
			require.Equal(t, test.want, r.err)
			require.Equal(t, 680218, r.inputs)
			require.Equal(t, 14, r.interesting)
			require.Equal(t, 61*time.Second, r.elapsed)
		})
	}
}

func TestLine(t *testing.T) {
	r := result{target{"pkg/operation", "FuzzSteps"}, 680218, 14, 61 * time.Second, 3 << 19, 90 << 20, "", nil}
	require.Equal(t, "operation.FuzzSteps              680218           14      1m1s     1.5M    90.0M", r.line())
	r.err, r.input = errors.New("exit status 1"), 0
	require.Equal(t, "operation.FuzzSteps              680218           14      1m1s        -    90.0M  FAILED", r.line())
}

func TestTheGreediestProcessCounts(t *testing.T) {
	dir := t.TempDir()
	_, _, err := greediest(dir)
	require.ErrorContains(t, err, "no input was measured")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "1"), []byte("17 9000"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2"), []byte("1700 8000"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "3"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2"+fuzztest.EndSuffix), []byte("it took too long"), 0o600))
	input, process, err := greediest(dir)
	require.NoError(t, err)
	require.Equal(t, []uint64{1700, 9000}, []uint64{input, process})
	why, err := reasons(dir)
	require.NoError(t, err)
	require.Equal(t, "it took too long\n", why)
}

func TestTheTargetsOfTheRepositoryAreFound(t *testing.T) {
	targets, err := find(filepath.Join("..", ".."), regexp.MustCompile(""))
	require.NoError(t, err)
	require.Contains(t, targets, target{"pkg/operation", "FuzzSteps"})
	require.Contains(t, targets, target{"pkg/report", "FuzzClean"})
	for _, one := range targets {
		require.Truef(t, measured(t, one), "%s does not use fuzztest.Bound", one)
	}
}

// measured reports whether a target bounds what one input takes.
func measured(t *testing.T, one target) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", one.dir, "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if _, body, ok := strings.Cut(string(text), "\nfunc "+one.name+"("); ok {
			body, _, _ = strings.Cut(body, "\n}\n")
			return strings.Contains(body, "fuzztest.Bound(f)")
		}
	}
	return false
}
