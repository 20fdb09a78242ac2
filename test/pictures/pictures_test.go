// Package pictures holds what records docs/pictures, and the test of what was
// recorded.
package pictures

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const folder = "../../docs/pictures"

// words are all that a picture shows. Pages that look alike are there once.
func words(t *testing.T, picture string) string {
	t.Helper()
	var words []string
	decoder := xml.NewDecoder(strings.NewReader(picture))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(words, " ")
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			require.NotContains(t, []string{"script", "foreignObject", "image", "a"}, token.Name.Local)
			if token.Name.Local == "style" {
				require.NoError(t, decoder.Skip())
			}
		case xml.CharData:
			words = append(words, string(token))
		}
	}
}

func TestPicturesShowTheRunAndNothingOfTheMachine(t *testing.T) {
	shows := map[string][]string{
		"canary.svg":   {"kubectl sts canary web", "halted in step 1 of 3", "0/1", "kubectl sts abort web", "done: all 5 pods"},
		"recreate.svg": {"field is immutable", "kubectl sts recreate -f web.yaml", "size 1Gi to 2Gi", "did not exist for"},
		"prune.svg":    {"kubectl sts prune-pvc", "r to delete but retain", "done: 2 claims deleted", "claim data-web-4 is back"},
	}
	scenes, err := filepath.Glob("scenes/*.sh")
	require.NoError(t, err)
	pictures, err := filepath.Glob(folder + "/*")
	require.NoError(t, err)
	require.Len(t, pictures, len(scenes), "a picture for each scene")
	for _, scene := range scenes {
		name := strings.TrimSuffix(filepath.Base(scene), ".sh") + ".svg"
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			require.Less(t, len(data), 300<<10, "too much to load for a README")
			text := words(t, string(data))
			require.NotEmpty(t, shows[name], "say above what it shows")
			for _, want := range shows[name] {
				require.Contains(t, text, want)
			}
			require.NotRegexp(t, `[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}]|\[[0-9;?]+[a-zA-Z]`, text, "escape sequences")
			require.NotRegexp(t, `/(home|root|tmp|Users|var|work|usr)\b`, text, "paths of the machine")
			require.NotRegexp(t, `localhost|127\.0\.0\.1|\w@\w|panic|command not found`, text, "the machine")
		})
	}
}

// Where a package was fetched from is no business of those who fetch it again.
func TestTheLockfileNamesVersionsAndChecksumsAndNoRegistry(t *testing.T) {
	lock, err := os.ReadFile("package-lock.json")
	require.NoError(t, err)
	require.Contains(t, string(lock), `"integrity": "sha512-`)
	require.NotContains(t, string(lock), `"resolved"`)
}
