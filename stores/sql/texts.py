"""What titles and genres are called in other languages than the house's own."""

from collections.abc import Mapping

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import TitleId
from domain.texts import TitleText
from stores.tables import genre_texts, genres, title_texts


async def tell_title(
    tx: AsyncConnection, title_id: TitleId, texts: Mapping[str, TitleText]
) -> None:
    """The title is told so from now on, and in no other language. The keys are language tags in
    lower case. Primary key."""
    await tx.execute(delete(title_texts).where(title_texts.c.title_id == title_id))
    for language, told in texts.items():
        await tx.execute(
            insert(title_texts).values(
                title_id=title_id, language=language, name=told.name, synopsis=told.synopsis
            )
        )


async def tell_genre(tx: AsyncConnection, genre: str, names: Mapping[str, str]) -> None:
    """The genre of this name (of the house's own) is called so in these languages; nothing when
    there is none. Index: uq_genres_name."""
    for language, name in names.items():
        found = select(genres.c.id, literal(language), literal(name)).where(genres.c.name == genre)
        told = insert(genre_texts).from_select(["genre_id", "language", "name"], found)
        await tx.execute(
            told.on_conflict_do_update(index_elements=["genre_id", "language"], set_={"name": name})
        )
