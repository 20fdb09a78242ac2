package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTableOfRulesIsWhole(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", rulesPage))
	require.NoError(t, err)
	require.Contains(t, string(page), rulesBegin+rulesTable()+rulesEnd, "make docs writes it")
}
