package main

import (
	"bufio"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRedisAnswers(t *testing.T) {
	for in, want := range map[string][]string{
		"+OK\r\n":                       {"OK"},
		":1\r\n":                        {"1"},
		"$3\r\na\r\n\r\n":               {"a\r\n"},
		"$-1\r\n":                       nil,
		"*2\r\n$1\r\n1\r\n$2\r\n22\r\n": {"1", "22"},
		"*2\r\n$6\r\nmaster\r\n*1\r\n$1\r\nx\r\n": {"master", "x"},
		"*0\r\n": nil,
	} {
		got, err := (&redis{in: bufio.NewReader(strings.NewReader(in))}).answer()
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for in, want := range map[string]string{
		"-READONLY You can't\r\n": "READONLY You can't",
		"$5\r\nab":                "unexpected EOF",
		"\r\n":                    "an empty answer",
		"!\r\n":                   "not an answer",
	} {
		_, err := (&redis{in: bufio.NewReader(strings.NewReader(in))}).answer()
		require.ErrorContains(t, err, want, in)
	}
}
