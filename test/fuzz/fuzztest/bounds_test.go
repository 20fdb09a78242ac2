package fuzztest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// behaviour is the variable of the environment that says what FuzzBehaviour
// does; without it the target does nothing.
const behaviour = "STS_FUZZ_BEHAVIOUR"

// held keeps what is allocated from being optimised away.
type held struct{ blocks [][]byte }

// FuzzBehaviour goes out of its bounds when it is told to.
func FuzzBehaviour(f *testing.F) {
	f.Add(1)
	within := Bound(f)
	switch os.Getenv(behaviour) {
	case "loop":
		within.work = 200 * time.Millisecond
	case "lock":
		within.wait = 200 * time.Millisecond
	}
	f.Fuzz(func(t *testing.T, n int) {
		defer within.Input(t)()
		var keep held
		switch os.Getenv(behaviour) {
		case "garbage":
			for range 30 {
				keep.blocks = [][]byte{make([]byte, 4<<20)}
			}
		case "growth":
			for {
				keep.blocks = append(keep.blocks, make([]byte, 1<<20))
			}
		case "loop":
			for n != 0 {
				n++
			}
		case "lock":
			select {}
		case "recursion":
			recurse(n)
		case "modest":
			keep.blocks = append(keep.blocks, make([]byte, 50<<20))
		}
		require.LessOrEqual(t, len(keep.blocks), 1)
	})
}

func recurse(n int) int {
	if n < 0 {
		return 0
	}
	return recurse(n+1) + 1
}

func TestAnInputOutOfItsBoundsFails(t *testing.T) {
	for _, test := range []struct{ behaviour, says string }{
		{"garbage", "bytes of memory, more than 104857600"},
		{"growth", "bytes of memory, more than 104857600, and is not done"},
		{"loop", "the input has been worked on for more than 200ms and is not done"},
		{"lock", "the input has been waiting for more than 200ms and is not done"},
		{"recursion", "stack exceeds 67108864-byte limit"},
		{"modest", ""},
		{"nothing", ""},
	} {
		t.Run(test.behaviour, func(t *testing.T) {
			dir := t.TempDir()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^FuzzBehaviour$")
			cmd.Env = append(os.Environ(), behaviour+"="+test.behaviour, MemoryDir+"="+dir)
			cmd.WaitDelay = time.Minute
			out, err := cmd.CombinedOutput()
			if test.says == "" {
				require.NoError(t, err, "%s", out)
				return
			}
			require.Error(t, err)
			require.Contains(t, string(out), test.says)
			if strings.HasSuffix(test.says, "is not done") {
				files, err := filepath.Glob(filepath.Join(dir, "*"+EndSuffix))
				require.NoError(t, err)
				require.Len(t, files, 1)
				why, err := os.ReadFile(files[0])
				require.NoError(t, err)
				require.Contains(t, string(why), test.says)
			}
		})
	}
}

func TestTheGreediestInputIsNoted(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^FuzzBehaviour$")
	cmd.Env = append(os.Environ(), behaviour+"=modest", MemoryDir+"="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	text, err := os.ReadFile(files[0])
	require.NoError(t, err)
	var took, process int
	_, err = fmt.Sscanf(string(text), "%d %d", &took, &process)
	require.NoError(t, err)
	require.InDelta(t, 50<<20, took, 1<<20)
	require.Greater(t, process, took)
}
