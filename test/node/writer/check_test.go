package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func at(ms int64) time.Time { return time.UnixMilli(ms) }

func TestJudge(t *testing.T) {
	acks := []ack{{1, at(100)}, {2, at(200)}, {4, at(900)}, {5, at(1000)}}
	all := map[int64]bool{1: true, 2: true, 4: true, 5: true}
	for _, test := range []struct {
		name       string
		values     map[int64]bool
		since, now int64
		want       Verdict
	}{
		{"all there", all, 50, 1100, Verdict{Acknowledged: 4, Found: 4, Pause: 700, PauseBegan: at(200)}},
		{
			"more than was acknowledged",
			map[int64]bool{1: true, 2: true, 3: true, 4: true, 5: true},
			50, 1100,
			Verdict{Acknowledged: 4, Found: 4, Pause: 700, PauseBegan: at(200)},
		},
		{
			"one is lost",
			map[int64]bool{1: true, 2: true, 5: true},
			50, 1100,
			Verdict{Acknowledged: 4, Found: 3, Missing: []int64{4}, Pause: 700, PauseBegan: at(200)},
		},
		{
			"one of before is lost",
			map[int64]bool{2: true, 4: true, 5: true},
			850, 1100,
			Verdict{Acknowledged: 2, Found: 2, Missing: []int64{1}, Pause: 100, PauseBegan: at(900)},
		},
		{"the pause goes on", all, 50, 5000, Verdict{Acknowledged: 4, Found: 4, Pause: 4000, PauseBegan: at(1000)}},
		{"the pause began with the change", all, 250, 1100, Verdict{Acknowledged: 2, Found: 2, Pause: 650, PauseBegan: at(250)}},
		{"nothing since", all, 2000, 2100, Verdict{Pause: 100, PauseBegan: at(2000)}},
	} {
		require.Equal(t, test.want, judge(acks, test.values, at(test.since), at(test.now)), test.name)
	}
}

func TestLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	value, err := last(file)
	require.NoError(t, err)
	require.Zero(t, value)

	require.NoError(t, os.WriteFile(file, []byte("1 100\n7 250\n"), 0o600))
	acks, err := read(file)
	require.NoError(t, err)
	require.Equal(t, []ack{{1, at(100)}, {7, at(250)}}, acks)
	value, err = last(file)
	require.NoError(t, err)
	require.Equal(t, int64(1_000_007), value, "past all that may have been tried")

	require.NoError(t, os.WriteFile(file, []byte("1\n"), 0o600))
	_, err = read(file)
	require.Error(t, err)
}
